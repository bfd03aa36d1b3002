using LmDeploy.Tests.Folders;
using System.Text.Json.Nodes;
using CsCheck;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization.Json;

/// <summary>
/// A tokenizer.json whose values were put in each other's place, left out or made absurd is read or refused; nothing else happens, in loading or in use.
/// </summary>
public sealed class MutatedTokenizerTests
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "1.5", "1e300", "99999999999999999999", "\"\"", "\"a\"",
            "\"\\ud83d\\ude00\"", "\"\\u0000\"", "[]", "{}", "[[]]", "[null]", "{\"\":null}",
        "[[\"a\",\"b\"]]", "[[\"a\",-1.5],[\"b\",-2]]", "{\"a\":0,\"b\":1,\"ab\":2}", "{\"Regex\":\"(\"}",
            "{\"Regex\":\"(a*)*b\"}", "{\"Regex\":\"\"}", "{\"String\":\"\"}", "{\"Regex\":\"\\\\s+\"}",
        "{\"type\":\"ByteLevel\"}", "{\"type\":\"Metaspace\",\"replacement\":\"\\u2581\"}", "{\"type\":\"Sequence\"}",
            "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a*\"},\"content\":\"aa\"}",
        "{\"type\":\"Strip\",\"left\":true}", "{\"type\":\"NFKC\"}", "{\"type\":\"Digits\"}",
            "{\"type\":\"Punctuation\"}", "{\"type\":\"ByteFallback\"}", "{\"type\":\"Fuse\"}",
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a*\"},\"behavior\":\"Removed\",\"invert\":true}",
            "{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}", "{\"type\":\"Unigram\",\"vocab\":[]}",
        "{\"type\":\"Unigram\",\"vocab\":[[\"a\",0],[\"<0x41>\",0]],\"unk_id\":0,\"byte_fallback\":true}",
            "{\"type\":\"WordLevel\"}", "\"Isolated\"", "\"MergedWithNext\"", "\"always\"",
    ];

    [Fact]
    public void MutatedFile_IsReadOrRefused()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "tokenizer.json");
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, Values.Length], Gen.Int[0, 10_000]).Array[1, 3].Sample(
            changes =>
            {
                var root = SmallTokenizer.Create();
                foreach (var (place, value, other) in changes)
                {
                    Mutate(root, place, value, other);
                }

                File.WriteAllText(file, root.ToJsonString());
                Use(folder.Path);
            },
            iter: 4000,
            threads: 1);
    }

    /// <summary>Puts a value, or a copy of another place's, into a place; or takes the place away.</summary>
    private static void Mutate(JsonObject root, int place, int value, int other)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
        {
            return;
        }

        var (parent, key) = places[place % places.Count];
        if (value == Values.Length)
        {
            Remove(parent, key);
            return;
        }

        var (otherParent, otherKey) = places[other % places.Count];
        var mutant = other % 3 == 0 ? Get(otherParent, otherKey)?.DeepClone() : JsonNode.Parse(Values[value]);
        if (parent is JsonArray array)
        {
            array[(int)key] = mutant;
        }
        else
        {
            parent[(string)key] = mutant;
        }
    }

    private static JsonNode? Get(JsonNode parent, object key) => parent is JsonArray array ? array[(int)key] : parent[(string)key];

    private static void Remove(JsonNode parent, object key)
    {
        if (parent is JsonArray array)
        {
            array.RemoveAt((int)key);
        }
        else
        {
            parent.AsObject().Remove((string)key);
        }
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node)
    {
        IEnumerable<(object Key, JsonNode? Child)> children = node switch
        {
            JsonObject members => members.Select(member => ((object)member.Key, member.Value)),
            JsonArray items => items.Select((item, index) => ((object)index, item)),
            _ => [],
        };
        return children.SelectMany(child => (child.Child is null ? [] : Places(child.Child)).Prepend((node, child.Key)));
    }

    private static void Use(string folder)
    {
        try
        {
            var tokenizer = ModelTokenizer.Load(folder);
            foreach (var text in new[] { "", "ab <s> é", " ab ab\U0001F600aaaa b<tool>" })
            {
                Decoding.WellFormed(tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: true), skipSpecialTokens: false));
            }

            tokenizer.ShouldStream([.. Enumerable.Range(-1, tokenizer.VocabularySize > 100 ? 100 : tokenizer.VocabularySize + 2)], skipSpecialTokens: false);
        }
        catch (EngineException e)
        {
            e.Code.ShouldBeOneOf("invalid_tokenizer", "invalid_request");
        }
    }
}
