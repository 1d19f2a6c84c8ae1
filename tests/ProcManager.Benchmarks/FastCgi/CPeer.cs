namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// Two forked processes in C. On libfcgi it is the yardstick; "bare" reads a request without a look at it and sends an answer
/// made beforehand, which is the most that any program can get from these clients on this machine.
/// </summary>
internal static class CPeer
{
    internal const string Packages = "gcc libc6-dev libfcgi-dev";

    private const string Source = """
        #define _GNU_SOURCE
        #include <fcgiapp.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <sys/wait.h>
        #include <unistd.h>

        #define WORKERS 2

        static char hello[100];
        static pid_t workers[WORKERS];

        static void respond(int listener)
        {
            FCGX_Request request;
            FCGX_Init();
            FCGX_InitRequest(&request, listener, 0);
            while (FCGX_Accept_r(&request) == 0) {
                const char *script = FCGX_GetParam("SCRIPT_NAME", request.envp);
                const char *announced = FCGX_GetParam("CONTENT_LENGTH", request.envp);
                char *body = hello;
                int length = sizeof hello;
                if (script && strcmp(script, "/echo") == 0) {
                    length = announced ? atoi(announced) : 0;
                    body = malloc(length + 1);
                    length = FCGX_GetStr(body, length, request.in);
                }
                FCGX_FPrintF(request.out, "Content-Type: text/plain\r\nContent-Length: %d\r\nX-Pid: %d\r\n\r\n", length, (int)getpid());
                FCGX_PutStr(body, length, request.out);
                if (body != hello)
                    free(body);
                FCGX_Finish_r(&request);
            }
        }

        static void answer_blindly(int listener)
        {
            static char request[65536];
            char answer[512] = { 1, 6, 0, 1 };
            int length = sprintf(answer + 8, "Content-Type: text/plain\r\nContent-Length: 100\r\nX-Pid: %d\r\n\r\n", (int)getpid());
            memcpy(answer + 8 + length, hello, sizeof hello);
            length += sizeof hello;
            answer[4] = length >> 8;
            answer[5] = length & 255;
            static const char end[] = { 1, 6, 0, 1, 0, 0, 0, 0, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
            memcpy(answer + 8 + length, end, sizeof end);
            length += 8 + sizeof end;
            for (;;) {
                int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                if (connection < 0)
                    continue;
                if (read(connection, request, sizeof request) > 0)
                    (void)!write(connection, answer, length);
                close(connection);
            }
        }

        static void stop(int signal)
        {
            (void)signal;
            for (int i = 0; i < WORKERS; i++)
                kill(workers[i], SIGTERM);
        }

        int main(int argc, char **argv)
        {
            if (argc < 3)
                return 2;
            int bare = strcmp(argv[1], "bare") == 0;
            int listener = FCGX_OpenSocket(argv[2], 512);
            for (int i = 0; i < (int)sizeof hello; i++)
                hello[i] = i == 99 ? '\n' : 'a' + i % 26;
            for (int i = 0; i < WORKERS; i++) {
                workers[i] = fork();
                if (workers[i] == 0) {
                    prctl(PR_SET_PDEATHSIG, SIGTERM);
                    (bare ? answer_blindly : respond)(listener);
                    return 0;
                }
            }
            signal(SIGTERM, stop);
            while (wait(NULL) > 0)
                ;
            return 0;
        }
        """;

    /// <summary>On libfcgi, and bare.</summary>
    internal static (Peer Responder, Peer Bare)? TryStart()
    {
        string source = Path.Combine(Programs.Folder, "responder.c");
        string program = Path.Combine(Programs.Folder, "responder");
        File.WriteAllText(source, Source);
        return Tools.Succeeds("gcc", "-O2", "-o", program, source, "-lfcgi")
            ? (Peer.Start("C", socket => Programs.StartForeign(program, "responder", socket)), Peer.Start("bare C", socket => Programs.StartForeign(program, "bare", socket), asks: false))
            : null;
    }
}
