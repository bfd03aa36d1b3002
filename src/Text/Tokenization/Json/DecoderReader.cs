using LmDeploy.Text.Tokenization.Decoders;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads "decoder". After ByteLevel or Fuse there are no tokens any more, which changes what a step works on.</summary>
internal sealed class DecoderReader
{
    private const int MaxStrip = 1024;

    private readonly List<Func<IDecoderStage>> _stages = [];
    private bool _isFused;
    private bool _isByteLevel;

    /// <summary>The decoder of the file; null stands for a file without one.</summary>
    public static DecoderPlan Read(JsonPlace? place)
    {
        var reader = new DecoderReader();
        if (place is { } decoder)
        {
            reader.Add(decoder);
        }
        else
        {
            reader._stages.Add(() => new JoinStage());
        }

        return new DecoderPlan(reader._stages, reader._isByteLevel);
    }

    private void Add(JsonPlace place)
    {
        var type = place.Type();
        if (_isFused && type is "ByteLevel" or "ByteFallback" or "Metaspace" or "WordPiece")
        {
            throw place.Invalid($"the decoder {type} is not supported after Fuse or ByteLevel; supported there are Sequence, Fuse, Strip, Replace");
        }

        switch (type)
        {
            case "Sequence":
                foreach (var step in place.Member("decoders").Items())
                {
                    Add(step);
                }

                break;
            case "ByteLevel":
                _stages.Add(() => new ByteLevelStage());
                _isFused = true;
                _isByteLevel = true;
                break;
            case "Fuse":
                _isFused = true;
                break;
            case "ByteFallback":
                _stages.Add(() => new ByteFallbackStage());
                break;
            case "Metaspace":
                var (replacement, scheme) = (MetaspaceReader.Replacement(place), MetaspaceReader.Scheme(place));
                _stages.Add(() => new MetaspaceStage(replacement, scheme));
                break;
            case "WordPiece":
                var (prefix, cleansUp) = (place.Text("prefix") ?? "##", place.Flag("cleanup", true));
                _stages.Add(() => new WordPieceStage(prefix, cleansUp));
                break;
            case "Strip":
                AddStrip(place);
                break;
            case "Replace":
                AddReplace(place);
                break;
            default:
                throw place.Invalid(
                    $"the decoder \"{type}\" is not supported; supported are Sequence, ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, WordPiece");
        }
    }

    private void AddStrip(JsonPlace place)
    {
        var content = MetaspaceReader.Character(place.Member("content"));
        var start = place.Member("start").AsInt(MaxStrip);
        var stop = place.Member("stop").AsInt(MaxStrip);
        _stages.Add(_isFused ? () => new StripInTextStage(content, start, stop) : () => new StripStage(content, start, stop));
    }

    private void AddReplace(JsonPlace place)
    {
        if (!_isFused)
        {
            var replacement = NormalizerReader.ReadReplace(place);
            _stages.Add(() => new ReplaceStage(replacement));
            return;
        }

        var literal = place.Member("pattern").Find("String")?.AsString()
            ?? throw place.Invalid("after Fuse or ByteLevel only a Replace of a \"String\" is supported");
        var content = place.Member("content").AsString();
        if (literal.Length > 0)
        {
            _stages.Add(() => new ReplaceInTextStage(literal, content));
        }
    }
}
