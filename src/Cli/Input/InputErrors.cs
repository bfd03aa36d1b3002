using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Input;

/// <summary>Tells the user about the lines that cannot be used.</summary>
internal static class InputErrors
{
    /// <summary>Prints the bad lines; true when there are any.</summary>
    public static bool Report<T>(Terminal terminal, IEnumerable<InputLine<T>> lines)
        where T : class
    {
        var any = false;
        foreach (var line in lines)
        {
            if (line.Error is { } error)
            {
                any = true;
                terminal.WriteError(error.Code, error.Message);
            }
        }

        return any;
    }
}
