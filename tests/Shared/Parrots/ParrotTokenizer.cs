using System.Text.Json.Nodes;

namespace LmDeploy.Tests.Parrots;

/// <summary>A byte-level tokenizer without merges: the ids below 256 are the bytes.</summary>
internal static class ParrotTokenizer
{
    /// <param name="words">The ids of further tokens.</param>
    /// <param name="special">Which of them are special.</param>
    public static JsonObject Json(IReadOnlyDictionary<string, int> words, IReadOnlySet<string> special)
    {
        var vocabulary = new JsonObject();
        var unprinted = 256;
        for (var value = 0; value < 256; value++)
        {
            var isPrinted = value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            vocabulary[((char)(isPrinted ? value : unprinted++)).ToString()] = value;
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. words.Select(word => new JsonObject
            {
                ["id"] = word.Value, ["content"] = word.Key, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
                ["special"] = special.Contains(word.Key),
            })]),
            ["pre_tokenizer"] = ByteLevel(),
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }

    private static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };
}
