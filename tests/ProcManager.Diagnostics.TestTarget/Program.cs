using ProcManager.Diagnostics.TestTarget;

// Ends by itself when the test has gone, whatever its other threads do.
var watch = new Thread(static () =>
{
    while (Console.In.Read() >= 0)
    {
    }

    Environment.Exit(0);
})
{ IsBackground = true };
watch.Start();

switch (args[0])
{
    case "sleep":
        Sleeping.Begin(int.Parse(args[1]));
        break;
    case "lock":
        Locked.Begin();
        break;
    case "deadlock":
        Deadlock.Begin();
        break;
    case "spin":
        Spinning.Begin();
        break;
    case "deep":
        Deep.Begin(int.Parse(args[1]));
        break;
    case "pool":
        Pool.Begin();
        break;
    case "await":
        await Awaiting.Forever();
        break;
    default:
        return 2;
}

Thread.Sleep(Timeout.Infinite);
return 0;
