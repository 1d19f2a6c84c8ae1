namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Steps that many tests begin with.</summary>
internal static class ManagedRequests
{
    /// <summary>Keeps one worker in a request until the file "go" is there.</summary>
    internal static async Task<Task<string>> BusyWorker(this Managed managed, TempFolder folder)
    {
        Task<string> answer = managed.Client.Get($"/wait?file={folder.File("go")}", 60);
        await Until.True(() => File.Exists(folder.File("go.begun")), "the request has begun");
        return answer;
    }
}
