using System.Globalization;

namespace ProcManager.Posix;

/// <summary>What a person calls a user or a group. A number without a name, or whose name cannot be found out now, is told as a number.</summary>
internal static class AccountNames
{
    internal static string OfUser(uint user) => Find(user, AccountDatabase.UserName);

    internal static string OfGroup(uint group) => Find(group, AccountDatabase.GroupName);

    private static string Find(uint id, Func<uint, string?> look)
    {
        try
        {
            return look(id) is { Length: > 0 } name ? name : id.ToString(CultureInfo.InvariantCulture);
        }
        catch (PosixException)
        {
            return id.ToString(CultureInfo.InvariantCulture); // such as a directory server that does not answer
        }
    }
}
