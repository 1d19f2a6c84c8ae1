namespace ProcManager.TestWorker;

/// <summary>Reads the scoreboard without a pause, and counts how often the number of requests was smaller than just before.</summary>
internal static class TotalsWatch
{
    private static volatile bool s_on;
    private static Thread? s_thread;

    internal static void Obey(ProcessManager manager, string what)
    {
        s_on = what == "watch";
        if (s_on)
        {
            s_thread = new Thread(() => Watch(manager)) { IsBackground = true };
            s_thread.Start();
            return;
        }

        s_thread?.Join();
    }

    private static void Watch(ProcessManager manager)
    {
        long last = 0;
        int back = 0;
        int looks = 0;
        string first = "";
        while (s_on)
        {
            long now = manager.Scoreboard.Snapshot().Requests;
            if (now < last)
            {
                back++;
                first = first.Length > 0 ? first : $", first from {last} to {now}";
            }

            last = now;
            looks++;
        }

        Console.WriteLine($"totals looked {looks} times, went back {back} times{first}, at last {last}");
    }
}
