namespace LmDeploy.Cli.Flags;

/// <summary>Checks of what the parser does not know.</summary>
internal static class Require
{
    /// <exception cref="UsageException">A value is less.</exception>
    public static void AtLeast(int least, string flag, params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
        {
            if (value < least)
            {
                throw new UsageException($"{flag} must be at least {least}, got {value}.");
            }
        }
    }
}
