using System.Text.Json;
using LmDeploy.Text.Tokenization.AddedTokens;
using LmDeploy.Text.Tokenization.PostProcessors;
using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads tokenizer.json. Its "truncation" and "padding" do not apply to single texts and are left aside.</summary>
internal static class TokenizerJsonReader
{
    public static TokenizerParts Read(string file, JsonDocument document, TokenizerConfig config)
    {
        var place = new JsonPlace(document.RootElement, file, "");
        var model = ModelReader.Read(place.Member("model"));
        var tokens = new AddedTokenList(model.Vocabulary);
        foreach (var token in place.Find("added_tokens")?.Items() ?? [])
        {
            tokens.Add(AddedTokenReader.Read(token, token.Member("id").AsId(), special: false), file);
        }

        tokens.Apply(config);
        var normalizer = place.Find("normalizer") is { } normalization ? NormalizerReader.Read(normalization) : null;
        IPreTokenizer? splitting = place.Find("pre_tokenizer") is { } preTokenizer ? PreTokenizerReader.Read(preTokenizer) : null;
        var (preTokenization, words) = ByteLevelFusion.Apply(splitting, model);
        return new TokenizerParts
        {
            AddedTokens = tokens.Tokens,
            Normalizer = normalizer,
            AddedTokenNormalizer = normalizer,
            PreTokenizer = preTokenization,
            Model = words,
            Template = ReadTemplate(place, config, tokens),
            Decoder = DecoderReader.Read(place.Find("decoder")),
            SpecialTokens = config.Names,
        };
    }

    /// <summary>tokenizer_config.json, where it says whether to add bos and eos, goes before the post-processor.</summary>
    private static Template ReadTemplate(JsonPlace place, TokenizerConfig config, AddedTokenList tokens)
    {
        var template = place.Find("post_processor") is { } processor ? TemplateReader.Read(processor) : Template.Empty;
        return config.AddBosToken is null && config.AddEosToken is null ? template : ConfiguredTemplate.Of(config, tokens);
    }
}
