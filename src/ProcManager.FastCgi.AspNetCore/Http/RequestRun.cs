using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using ProcManager.FastCgi.AspNetCore.Hosting;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>One request from its parameters to its end: the application, then what is left of the answer, then the callbacks of <c>OnCompleted</c>.</summary>
internal sealed class RequestRun<TContext>(FastCgiRequest request, IHttpApplication<TContext> application, FastCgiServer server) : IThreadPoolWorkItem
    where TContext : notnull
{
    public void Execute() => _ = RunAsync();

    /// <summary>Never throws.</summary>
    internal async Task RunAsync()
    {
        try
        {
            var exchange = new HttpExchange(request, server);
            server.Begins(exchange);
            await RunAsync(exchange).ConfigureAwait(false);
            server.Ended(exchange);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ServerLog.NotServed(server.Log, e);
            await RefuseAsync().ConfigureAwait(false);
        }
        finally
        {
            server.OneIsOver();
        }
    }

    private async Task RunAsync(HttpExchange exchange)
    {
        try
        {
            TContext context = application.CreateContext(exchange.Features);
            Exception? error = await ServeAsync(exchange, context).ConfigureAwait(false);
            await exchange.EndAsync(error).ConfigureAwait(false);
            await exchange.FireOnCompletedAsync().ConfigureAwait(false);
            application.DisposeContext(context, error);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Tell(exchange, e);
            await exchange.EndAsync(e).ConfigureAwait(false);
        }
    }

    private async Task<Exception?> ServeAsync(HttpExchange exchange, TContext context)
    {
        try
        {
            await application.ProcessRequestAsync(context).ConfigureAwait(false);
            await exchange.ApplicationHasEndedAsync().ConfigureAwait(false);
            return null;
        }
        catch (BadHttpRequestException e)
        {
            exchange.ErrorStatus = e.StatusCode;
            ServerLog.BadRequest(server.Log, e, exchange.Method, exchange.FullPath, exchange.TraceIdentifier, e.StatusCode);
            return e;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && exchange.IsAborted)
        {
            ServerLog.ClientGone(server.Log, e, exchange.Method, exchange.FullPath, exchange.TraceIdentifier);
            exchange.GiveUp();
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Tell(exchange, e);
            return e;
        }
    }

    private void Tell(HttpExchange exchange, Exception e) => ServerLog.ApplicationError(server.Log, e, exchange.Method, exchange.FullPath, exchange.TraceIdentifier);

    // It did not get as far as the application, or its end failed.
    private async ValueTask RefuseAsync()
    {
        try
        {
            request.Abort();
            await request.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // completed already
        }
    }
}
