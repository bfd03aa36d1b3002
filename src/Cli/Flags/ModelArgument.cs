using System.CommandLine;

namespace LmDeploy.Cli.Flags;

/// <summary>The model that a command runs.</summary>
internal static class ModelArgument
{
    public static Argument<string> Create() => new("MODEL")
    {
        Description = "The path of a model folder, or a name of the hub (org/name[@revision][:subfolder]), which is downloaded where it is not here.",
    };
}
