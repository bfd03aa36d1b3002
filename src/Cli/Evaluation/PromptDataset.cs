using System.Globalization;
using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Prompts that nothing is expected of but an answer.</summary>
internal static class PromptDataset
{
    public static Dataset Of(string name, IEnumerable<Prompt> prompts)
        => new(name, prompts.Select((prompt, i) => new DatasetItem((i + 1).ToString(CultureInfo.InvariantCulture), prompt))) { Scorers = [] };
}
