using System.Text.Json.Serialization.Metadata;

namespace LmDeploy.Evaluation.Comparison.Journal;

/// <summary>Names of members in state files that differ from those in code. Files of before can be read as long as these stay.</summary>
internal static class JournalNames
{
    public static void Keep(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.Name = (type.Type.Name, property.Name) switch
            {
                (nameof(ReclaimReceipt), "exit") => "how",
                (nameof(WorkerFailure), "activity") => "during",
                (nameof(WorkerFailure), "lifetime") => "lived",
                (nameof(WorkerFailure), "time") => "when",
                _ => property.Name,
            };
        }
    }
}
