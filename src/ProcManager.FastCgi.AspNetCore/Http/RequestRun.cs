using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using ProcManager.FastCgi.AspNetCore.Hosting;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>One request from its parameters to its end: the application, then what is left of the answer, then the callbacks of <c>OnCompleted</c>.</summary>
internal sealed class RequestRun<TContext>(HttpExchange exchange, IHttpApplication<TContext> application, FastCgiServer server) : IThreadPoolWorkItem
    where TContext : notnull
{
    public void Execute() => _ = RunAsync();

    /// <summary>Never throws.</summary>
    internal async Task RunAsync()
    {
        try
        {
            TContext context = application.CreateContext(exchange.Features);
            Exception? error = await ServeAsync(context).ConfigureAwait(false);
            await exchange.EndAsync(error).ConfigureAwait(false);
            await exchange.FireOnCompletedAsync().ConfigureAwait(false);
            application.DisposeContext(context, error);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Tell(e);
            await exchange.EndAsync(e).ConfigureAwait(false);
        }
        finally
        {
            server.Forget(exchange);
        }
    }

    private async Task<Exception?> ServeAsync(TContext context)
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
            Tell(e);
            return e;
        }
    }

    private void Tell(Exception e) => ServerLog.ApplicationError(server.Log, e, exchange.Method, exchange.FullPath, exchange.TraceIdentifier);
}
