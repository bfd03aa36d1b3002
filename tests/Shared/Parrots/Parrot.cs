using System.Text;
using System.Text.Json.Nodes;

namespace LmDeploy.Tests.Parrots;

/// <summary>
/// Makes a tiny GPT-2 checkpoint that says given texts, a byte a token but for the words that are tokens. Attention and MLP are zero, and the
/// embedding of each position names the token to say there, so a prompt of N tokens is answered with the script that begins at N. The template makes
/// a prompt of N tokens of the user message "N".
/// </summary>
internal sealed class Parrot
{
    /// <summary>The token that ends an answer.</summary>
    public const string End = "<|im_end|>";

    /// <summary>
    /// Opens a thought when the variable <c>think</c> is true and the conversation does not end with a tool's result, as the templates of some models do.
    /// </summary>
    public const string Template = """
        {%- set ns = namespace(n=1) -%}{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set ns.n = m.content|int -%}{%- endif -%}{%- endfor -%}
        {%- if think is defined and think and messages[-1].role != 'tool' -%}{{ 'x' * (ns.n - 1) }}<think>{%- else -%}{{ 'x' * ns.n }}{%- endif -%}
        """;

    private const int FirstPosition = 4;
    private const int Size = 128;

    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special;
    private readonly List<int> _script = [];

    /// <param name="special">Words that are special tokens.</param>
    /// <param name="plain">Words that are tokens like others.</param>
    public Parrot(string[] special, string[] plain)
    {
        _special = [End, .. special];
        foreach (var word in (string[])[End, .. special, .. plain])
        {
            _words.Add(word, 256 + _words.Count);
        }

        _script.AddRange(Enumerable.Repeat(_words[End], FirstPosition - 1));
    }

    /// <summary>Adds a script.</summary>
    /// <returns>What to ask for it.</returns>
    public string Say(string text)
    {
        var position = _script.Count + 1;
        _script.AddRange([.. Tokens(text), _words[End], _words[End], _words[End]]);
        return $"{position}";
    }

    /// <summary>Writes the checkpoint.</summary>
    /// <param name="folder">Made where it does not exist.</param>
    public void Write(string folder, string template = Template)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), ParrotTokenizer.Json(_words, _special).ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), new JsonObject { ["eos_token"] = End }.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), template);
        ParrotWeights.Write(Path.Combine(folder, "model.safetensors"), [.. _script], 256 + _words.Count, Size);
    }

    private JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["n_embd"] = Size,
        ["n_head"] = 4,
        ["n_layer"] = 1,
        ["n_positions"] = _script.Count,
        ["vocab_size"] = 256 + _words.Count,
        ["activation_function"] = "gelu_new",
        ["layer_norm_epsilon"] = 1e-5,
        ["eos_token_id"] = _words[End],
        ["tie_word_embeddings"] = true,
        ["torch_dtype"] = "float32",
    };

    private IEnumerable<int> Tokens(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var word = _words.Keys.Where(word => string.CompareOrdinal(text, at, word, 0, word.Length) == 0).MaxBy(word => word.Length);
            var length = word?.Length ?? (char.IsHighSurrogate(text[at]) ? 2 : 1);
            foreach (var id in word is null ? Encoding.UTF8.GetBytes(text.Substring(at, length)).Select(value => (int)value) : [_words[word]])
            {
                yield return id;
            }

            at += length;
        }
    }
}
