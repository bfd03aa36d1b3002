using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Recognises datasets as they are published, where a file of another form was announced.</summary>
internal static class PublishedForm
{
    private const string Gsm8kMark = "#### ";

    /// <summary>What a file of JSON objects looks like, by the first line that is an object.</summary>
    /// <exception cref="DatasetFormatException">It looks like a published dataset.</exception>
    public static void Refuse(string path, IReadOnlyList<JsonLine> lines)
    {
        foreach (var line in lines)
        {
            try
            {
                if (line.Read(NameOf) is { } name)
                {
                    throw DatasetFormatException.Published(path, name);
                }

                return;
            }
            catch (Exception e) when (e is not DatasetFormatException && DatasetReading.Explain(e) is not null)
            {
            }
        }
    }

    /// <summary>What a file of comma-separated values looks like, by its first records.</summary>
    /// <exception cref="DatasetFormatException">It looks like a published dataset.</exception>
    public static void Refuse(string path, IReadOnlyList<CsvRecord> records)
    {
        if (records.Count > 0 && records.Take(2).All(record => record.Fields is [_, _, _, _, _, var last] && last.Trim() is "A" or "B" or "C" or "D"))
        {
            throw DatasetFormatException.Published(path, "mmlu");
        }
    }

    /// <summary>A folder of MMLU's files.</summary>
    /// <exception cref="DatasetFormatException">It looks like a published dataset.</exception>
    public static void RefuseFolder(string path)
    {
        if (Directory.Exists(path) && MmluFiles.IsIn(path))
        {
            throw DatasetFormatException.Published(path, "mmlu");
        }
    }

    /// <summary>Whether an answer is a solution of GSM8K, which ends with its result.</summary>
    public static bool IsGsm8kAnswer(string answer) => answer.Contains(Gsm8kMark, StringComparison.Ordinal);

    private static string? NameOf(JsonElement line)
    {
        if (line.Find("prompt") is not null || line.Find("messages") is not null)
        {
            return null;
        }

        return IsText(line, "question") && IsText(line, "answer") && IsGsm8kAnswer(line.GetText("answer")) ? "gsm8k"
            : (IsText(line, "ctx") || IsText(line, "ctx_a")) && IsArray(line, "endings") ? "hellaswag"
            : line.Find("question_id") is not null && IsArray(line, "turns") ? "mt-bench"
            : null;
    }

    private static bool IsText(JsonElement line, string name) => line.Find(name) is { ValueKind: JsonValueKind.String };

    private static bool IsArray(JsonElement line, string name) => line.Find(name) is { ValueKind: JsonValueKind.Array };
}
