using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using LmDeploy.Generation;
using LmDeploy.Prompts;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>Tells one comparison from another: the models with their settings and the sizes of their files, the questions, the scorers, and how answers are made.</summary>
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

        hash.AppendData(plan.Generation.ToWire().ToByteArray());
        if (plan.Options.Judge is { } judge)
        {
            Add(hash, Path.GetFullPath(judge.Model), (judge.Engine ?? plan.Options.Engine).ToJson(), judge.Instructions ?? "");
            hash.AppendData(judge.Generation.ToWire().ToByteArray());
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
            hash.AppendData(item.Prompt.ToWire().ToByteArray());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

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
