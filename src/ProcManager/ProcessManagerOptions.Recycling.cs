namespace ProcManager;

/// <content>When a worker has served long enough and makes room for a fresh one.</content>
public sealed partial class ProcessManagerOptions
{
    /// <summary>How many requests a worker handles before it asks to be replaced. It serves on until its replacement is ready. <see cref="PoolSizing.PerRequest"/>: how many it handles before it ends.</summary>
    /// <value>The default is 0: no limit, and 1 with <see cref="PoolSizing.PerRequest"/>. 0 to 2,147,483,647.</value>
    public int MaxRequests { get; set; }

    /// <summary>Each worker adds a random number up to this to <see cref="MaxRequests"/>, once, so that workers started together do not ask together.</summary>
    /// <value>The default is 0. 0 to 2,147,483,647.</value>
    public int MaxRequestsJitter { get; set; }

    /// <summary>How long a worker lives before it is replaced.</summary>
    /// <value>The default is null: no limit. 1 second to 365 days.</value>
    public TimeSpan? MaxLifetime { get; set; }

    /// <summary>Each worker lives up to so much longer than <see cref="MaxLifetime"/>, spread evenly.</summary>
    /// <value>The default is zero. Zero to 365 days.</value>
    public TimeSpan MaxLifetimeJitter { get; set; }

    /// <summary>How much memory a worker may use, in bytes, by <see cref="MemoryMeasure"/>. Above it the worker is first asked for a full collection, and replaced if that did not help.</summary>
    /// <value>The default is 0: no limit. Not below what the manager, an idle process of the same program, uses itself.</value>
    public long MaxMemory { get; set; }

    /// <summary>What <see cref="MaxMemory"/> and <see cref="MaxPoolMemory"/> measure.</summary>
    /// <value>The default is <see cref="ProcManager.MemoryMeasure.Private"/>.</value>
    public MemoryMeasure MemoryMeasure { get; set; }

    /// <summary>So many samples one after the other must be over the limit before anything is done.</summary>
    /// <value>The default is 3. 1 to 1000.</value>
    public int MemorySamples { get; set; } = 3;

    /// <summary>The time between two samples of memory.</summary>
    /// <value>The default is 5 seconds. 10 milliseconds to 1 hour.</value>
    public TimeSpan MemoryInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A worker younger than this is not replaced for its memory, so a limit set too low cannot make the pool spin.</summary>
    /// <value>The default is 30 seconds. Zero to 24 hours.</value>
    public TimeSpan MinLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How much memory all workers may use together, in bytes, by <see cref="MemoryMeasure"/>. Above it the largest is first asked for a full collection, and replaced if that did not help. <see cref="ProcManager.MemoryMeasure.Proportional"/> counts shared pages once.</summary>
    /// <value>The default is 0: no limit. Not below what one idle process of the program uses for each worker that an idle pool keeps.</value>
    public long MaxPoolMemory { get; set; }

    /// <summary>Gives each worker a limit of its managed heap (<c>DOTNET_GCHeapHardLimit</c>): so many per cent of <see cref="MaxMemory"/>. Without it the runtime of each worker takes up to 75 % of a container for its own.</summary>
    /// <value>The default is 0: none. 0, or 100 to 1000: with less a worker would be out of memory before it is replaced.</value>
    public int HeapLimitPercent { get; set; }

    /// <summary>How many workers may be away at once while others are replaced. 0: a worker leaves only when its replacement is ready.</summary>
    /// <value>The default is 0. 0 to 2048.</value>
    public int MaxUnavailable { get; set; }

    /// <summary>The pause between two workers that leave because of a limit (requests, lifetime, memory).</summary>
    /// <value>The default is 10 seconds. Zero to 1 hour.</value>
    public TimeSpan RecycleInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A worker that has reached a limit waits for its turn no longer than this; then it leaves without a pause and without a replacement, unless replacements fail to start or a quarter of the pool is away already.</summary>
    /// <value>The default is 5 minutes. 10 milliseconds to 24 hours.</value>
    public TimeSpan RecycleCeiling { get; set; } = TimeSpan.FromMinutes(5);
}
