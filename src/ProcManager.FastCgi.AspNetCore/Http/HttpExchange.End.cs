using Microsoft.AspNetCore.Http;
using ProcManager.FastCgi.AspNetCore.Hosting;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>How an answer ends, well or not.</summary>
internal sealed partial class HttpExchange
{
    /// <summary>The application has returned: callbacks that are due run, and an answer of another length than it announced is an error.</summary>
    internal async ValueTask ApplicationHasEndedAsync()
    {
        if (_startError is not null || IsAborted)
        {
            return;
        }

        if (!HasStarted)
        {
            ThrowIfTooShort(); // with nothing sent yet, it can still become a 500
            await StartAsync(null, CancellationToken.None).ConfigureAwait(false);
        }

        ThrowIfTooShort();
    }

    /// <summary>Sends what is left, or says that the answer is not whole. Not with an exception of its own.</summary>
    internal async ValueTask EndAsync(Exception? error)
    {
        if (_ended)
        {
            return;
        }

        error ??= _startError;
        if (error is not null && HasStarted && !(CanStartAgain && !_isGivenUp))
        {
            GiveUp();
        }
        else if (error is not null && !_isGivenUp)
        {
            BeginErrorAnswer();
        }

        lock (_abortLock)
        {
            _ended = true;
        }

        _writer.Release();
        await _request.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>What OnCompleted was given, last one first; one that throws costs the others nothing.</summary>
    internal async ValueTask FireOnCompletedAsync()
    {
        while (_onCompleted is not null && _onCompleted.TryPop(out (Func<object, Task> Callback, object State) next))
        {
            try
            {
                await next.Callback(next.State).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                ServerLog.ApplicationError(_server.Log, e, Method, FullPath, TraceIdentifier);
            }
        }
    }

    // The head is written, but nothing of the answer has left the process: the error can still be told.
    private bool CanStartAgain => !_request.Exchange.Stdout.IsSent;

    private void BeginErrorAnswer()
    {
        if (HasStarted)
        {
            HasStarted = false;
            _request.Exchange.Stdout.Drop();
            Response.Begin();
        }

        ReasonPhrase = null;
        StatusCode = ErrorStatus;
        _replacedHeaders = null;
        _responseHeaders = new HeaderDictionary { ContentLength = 0 };
        _writer.DropEarly();
        WriteHead(null);
    }

    private void ThrowIfTooShort()
    {
        if (ResponseLength is { } length && _writer.Written < length && !HttpMethods.IsHead(Method) && StatusAllowsBody)
        {
            throw new InvalidOperationException($"Response Content-Length mismatch: too few bytes written ({_writer.Written} of {length}).");
        }
    }
}
