using System.Runtime.CompilerServices;

namespace ProcManager.Runtime;

/// <summary>
/// The runtime's objects of class <see cref="Type"/>. NativeAOT maps memory for them when the first is asked for, which the text of an enum or of an exception does. A manager that has run out of memory by
/// then would end. So the manager asks at its start.
/// </summary>
internal static class TypeObjects
{
    internal static void Prepare() => GC.KeepAlive(TypeOf(new Probe()));

    // Not inlined: the compiler knows the type of a new object, and would give the object of class Type a place in the program's file.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Type TypeOf(object value) => value.GetType();

    private sealed class Probe;
}
