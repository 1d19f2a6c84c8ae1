using System.Net;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>The role of the specification's section 6.3: the program says who may, the web server answers.</summary>
[Trait("Row", "A4.3")]
public class Authorizers(ITestOutputHelper output)
{
    public class Lighttpd : Site
    {
        protected override async Task<int> Start()
        {
            int port = Ports.Free();
            Keep(await FastCgiPrograms.OnSocket(this, FastCgiPrograms.TestApp, File("app.sock"), "--ProcessManager:ProcessCount=1"));
            await System.IO.File.WriteAllTextAsync(File("page.txt"), "a page\n");
            await System.IO.File.WriteAllTextAsync(File("lighttpd.conf"), $$"""
                server.bind = "127.0.0.1"
                server.port = {{port}}
                server.document-root = "{{Folder}}"
                server.modules = ( "mod_fastcgi" )
                fastcgi.server = ( "/page.txt" => (( "socket" => "{{File("app.sock")}}", "mode" => "authorizer", "check-local" => "disable", "docroot" => "{{Folder}}" )) )
                """);
            await StartServer(port, "lighttpd", "-D", "-f", File("lighttpd.conf"));
            return port;
        }
    }

    public class ApacheAuthnz : Site
    {
        protected override async Task<int> Start()
        {
            int port = Ports.Free();
            Managed app = Keep(await FastCgiPrograms.Start(this, FastCgiPrograms.TestApp, [], "--port", "0", "--ProcessManager:ProcessCount=1"));
            string address = (await app.Log.Find("^listening (.*)$")).Groups[1].Value;
            await System.IO.File.WriteAllTextAsync(File("page.txt"), "a page\n");
            await Apache.Start(this, port, ["authz_user", "auth_basic", "authnz_fcgi"], $$"""
                AuthnzFcgiDefineProvider authn OurAuthorizer fcgi://{{address}}/
                <Location "/page.txt">
                    AuthType Basic
                    AuthName anything
                    AuthnzFcgiCheckAuthnProvider OurAuthorizer Authoritative On RequireBasicAuth Off UserExpr "%{reqenv:ASKED_BY}"
                    Require valid-user
                </Location>
                """);
            return port;
        }
    }

    [Fact]
    public Task Lighttpd_gives_the_page_to_those_the_program_lets_in() => Check(new Lighttpd());

    [Fact]
    public Task Apache_gives_the_page_to_those_the_program_lets_in() => Check(new ApacheAuthnz());

    private async Task Check(Site site)
    {
        await site.InitializeAsync();
        try
        {
            Reply reply = await site.Http.Get("/page.txt", ("X-User", "somebody"));
            reply.Status.Should().Be(HttpStatusCode.OK);
            reply.Text.Should().Be("a page\n");
            (await site.Http.Get("/page.txt")).Status.Should().Be(HttpStatusCode.Forbidden);
            (await site.Http.Get("/page.txt", ("X-User", "somebody"))).Text.Should().Be("a page\n");
        }
        finally
        {
            output.WriteLine(site.Log);
            await site.DisposeAsync();
        }
    }
}
