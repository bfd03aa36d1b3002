using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>The fingerprint of a comparison: its models with their settings and file sizes, questions, scorers and generation settings.</summary>
internal static class ComparisonFingerprint
{
    public static string Of(ComparisonPlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var model in plan.Models)
        {
            Add(hash, model.Name, Path.GetFullPath(model.Path), model.Engine.ToJson());
            AddFiles(hash, model.Path);
        }

        Add(hash, plan.Generation.ToJson());
        if (plan.Options.Judge is { } judge)
        {
            Add(hash, Path.GetFullPath(judge.Model), (judge.Engine ?? plan.Options.Engine).ToJson(), judge.Generation.ToJson(), judge.Instructions ?? "");
            AddFiles(hash, judge.Model);
        }

        foreach (var scorer in plan.Scorers)
        {
            Add(hash, scorer.Name);
        }

        foreach (var item in plan.Dataset.Items)
        {
            Add(hash, item.Id, item.Category, item.CorrectChoice?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
            Add(hash, [.. item.Expected, "", .. item.Choices, "", .. item.FollowUps]);
            AddPrompt(hash, item.Prompt);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AddPrompt(IncrementalHash hash, Prompt prompt)
    {
        Add(hash, prompt.Text ?? "", prompt.MessagesJson ?? "", string.Join(' ', prompt.TokenIds ?? []), prompt.Tools ?? "", prompt.TemplateArguments ?? "");
        hash.AppendData([Flag(prompt.Raw), Flag(prompt.AddSpecialTokens), Flag(prompt.AddGenerationPrompt)]);
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;

    private static void AddFiles(IncrementalHash hash, string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                Add(hash, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file.Name} {file.Length}"));
            }
        }
    }

    private static void Add(IncrementalHash hash, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(Encoding.Unicode.GetBytes(text));
        }
    }
}
