namespace ProcManager.Services.Keeping;

/// <summary>What has become of definitions that were read again.</summary>
/// <param name="Added">Services that are kept from now on.</param>
/// <param name="Changed">Services that have another definition now.</param>
/// <param name="Gone">Services that are left alone from now on.</param>
/// <param name="Notes">What does not hold yet, or was left running; a sentence each.</param>
internal sealed record ReloadAnswer(int Added, int Changed, int Gone, IReadOnlyList<string> Notes);
