using LmDeploy.Tests.Folders;
using System.Text.Json.Nodes;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>A tokenizer of a few tokens, for tests to change and load.</summary>
internal static class SmallTokenizer
{
    private const string Json = """
        {
          "version": "1.0", "truncation": {"max_length": 1}, "padding": {"length": 9},
          "added_tokens": [
            {"id": 6, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
            {"id": 7, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
            {"id": 8, "content": "<tool>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}
          ],
          "normalizer": {"type": "NFC"},
          "pre_tokenizer": {"type": "Split", "pattern": {"Regex": " ?[a-z]+"}, "behavior": "Isolated", "invert": false},
          "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]}}
          },
          "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
          "model": {
            "type": "BPE", "dropout": null, "unk_token": "?", "continuing_subword_prefix": null, "end_of_word_suffix": null,
            "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": {"?": 0, "a": 1, "b": 2, "ab": 3, " ": 4, " ab": 5},
            "merges": [["a", "b"], [" ", "ab"]]
          }
        }
        """;

    public static JsonObject Create() => JsonNode.Parse(Json)!.AsObject();

    /// <summary>The small tokenizer with the value at a place such as "model.vocab" or "added_tokens.0.id" replaced.</summary>
    public static JsonObject Create(string place, string value)
    {
        var root = Create();
        var steps = place.Split('.');
        JsonNode node = root;
        foreach (var step in steps[..^1])
        {
            node = node is JsonArray array ? array[int.Parse(step)]! : node[step]!;
        }

        if (node is JsonArray parent)
        {
            parent[int.Parse(steps[^1])] = JsonNode.Parse(value);
        }
        else
        {
            node[steps[^1]] = JsonNode.Parse(value);
        }

        return root;
    }

    public static ModelTokenizer Load(JsonObject json, string? config = null)
    {
        using var folder = new TemporaryFolder().With("tokenizer.json", json.ToJsonString());
        if (config is not null)
        {
            folder.With("tokenizer_config.json", config);
        }

        return ModelTokenizer.Load(folder.Path);
    }
}
