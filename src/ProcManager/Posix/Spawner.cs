using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>What to start. Each descriptor of <paramref name="Inherited"/> is the number in this process; the child finds it under the number of <see cref="Spawner.ChildNumbers"/>.</summary>
internal readonly record struct SpawnRequest(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, IReadOnlyList<int> Inherited)
{
    /// <summary>Standard output goes to /dev/null.</summary>
    internal bool Quiet { get; init; }

    /// <summary>What becomes standard output and error; null: those of this process.</summary>
    internal (int Output, int Error)? Outputs { get; init; }

    /// <summary>The process leads a session of its own, without a terminal, in place of a process group.</summary>
    internal bool OwnSession { get; init; }

    /// <summary>What becomes standard input; null: /dev/null.</summary>
    internal int? Input { get; init; }

    /// <summary>The directory that the process begins in; null: that of this process. A relative <see cref="Path"/> is meant from there.</summary>
    internal string? Directory { get; init; }

    /// <summary>As whom the process runs; null: as this process.</summary>
    internal Credentials? As { get; init; }

    /// <summary>What is set for the process right after its start.</summary>
    internal IReadOnlyList<ProcessSetting> Settings { get; init; } = [];
}

/// <summary>
/// Starts a process with posix_spawn(3): own process group, all signals at their defaults and unblocked, standard input
/// from /dev/null, standard output and error inherited or given, and of this process's own descriptors just those asked for (what it was
/// itself started with and is not close-on-exec goes on to the child, as with any exec).
/// </summary>
internal static unsafe class Spawner
{
    // glibc needs 336 and 80 bytes, musl less; the C types are opaque.
    private const int OpaqueSize = 1024;

    /// <summary>
    /// The numbers that descriptors get in the child. None of them is a source number, so no dup2 hits a later source;
    /// and none stays the same, since a dup2 onto itself clears close-on-exec only from glibc 2.29 on.
    /// </summary>
    internal static int[] ChildNumbers(IReadOnlyList<int> sources)
    {
        var numbers = new int[sources.Count];
        int next = 3;
        for (int i = 0; i < numbers.Length; i++)
        {
            while (sources.Contains(next))
            {
                next++;
            }

            numbers[i] = next++;
        }

        return numbers;
    }

    /// <summary>The C library can start a process in another directory; glibc before 2.29 cannot.</summary>
    internal static bool CanSetDirectory { get; } = FindsChangeOfDirectory();

    internal static int Spawn(in SpawnRequest request)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[128];
        Check(LibC.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        Check(LibC.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        try
        {
            fixed (byte* devNull = "/dev/null\0"u8)
            {
                if (request.Input is null)
                {
                    Check(LibC.posix_spawn_file_actions_addopen(actions, 0, devNull, O_RDONLY, 0), "posix_spawn_file_actions_addopen");
                }

                if (request.Quiet)
                {
                    Check(LibC.posix_spawn_file_actions_addopen(actions, 1, devNull, O_RDWR, 0), "posix_spawn_file_actions_addopen");
                }
            }

            if (request.Input is { } input)
            {
                Check(LibC.posix_spawn_file_actions_adddup2(actions, input, 0), "posix_spawn_file_actions_adddup2");
            }

            if (request.Outputs is { } outputs)
            {
                Check(LibC.posix_spawn_file_actions_adddup2(actions, outputs.Output, 1), "posix_spawn_file_actions_adddup2");
                Check(LibC.posix_spawn_file_actions_adddup2(actions, outputs.Error, 2), "posix_spawn_file_actions_adddup2");
            }

            int[] numbers = ChildNumbers(request.Inherited);
            for (int i = 0; i < numbers.Length; i++)
            {
                Check(LibC.posix_spawn_file_actions_adddup2(actions, request.Inherited[i], numbers[i]), "posix_spawn_file_actions_adddup2");
            }

            if (request.Directory is { } directory)
            {
                using var text = new NativeStrings([directory]);
                Check(LibC.posix_spawn_file_actions_addchdir_np(actions, text.Pointers[0]), "posix_spawn_file_actions_addchdir_np");
            }

            // Not sigfillset: glibc leaves its own two signals out there, and they would start out ignored.
            new Span<byte>(signals, 128).Fill(0xff);
            Check(LibC.posix_spawnattr_setsigdefault(attributes, signals), "posix_spawnattr_setsigdefault");
            _ = LibC.sigemptyset(signals);
            Check(LibC.posix_spawnattr_setsigmask(attributes, signals), "posix_spawnattr_setsigmask");
            Check(LibC.posix_spawnattr_setpgroup(attributes, 0), "posix_spawnattr_setpgroup");
            short place = request.OwnSession ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
            Check(LibC.posix_spawnattr_setflags(attributes, (short)(place | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)), "posix_spawnattr_setflags");

            using var path = new NativeStrings([request.Path]);
            using var argv = new NativeStrings(request.Arguments);
            using var envp = new NativeStrings(request.Environment);
            int pid;
            int error;
            List<ProcessSetting> refused;
            using (new BorrowedCredentials(request.As))
            {
                error = LibC.posix_spawn(&pid, path.Pointers[0], actions, attributes, argv.Pointers, envp.Pointers);
                refused = error == 0 ? SettingsOfChild.Apply(pid, request.Settings, request.As) : [];
            }

            Check(error, $"posix_spawn({request.Path})");
            SettingsOfChild.ApplyOrKill(pid, refused);
            return pid;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
        }
    }

    private static bool FindsChangeOfDirectory()
    {
        byte* actions = stackalloc byte[OpaqueSize];
        try
        {
            fixed (byte* root = "/\0"u8)
            {
                Check(LibC.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
                bool isAdded = LibC.posix_spawn_file_actions_addchdir_np(actions, root) == 0;
                _ = LibC.posix_spawn_file_actions_destroy(actions);
                return isAdded;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    // These calls return the error number; they do not set errno.
    private static void Check(int error, string call)
    {
        if (error != 0)
        {
            throw new PosixException(call, error);
        }
    }
}
