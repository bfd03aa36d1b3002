using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization.SentencePiece;

namespace LmDeploy.Text.Tests.Tokenization.SentencePiece;

/// <summary>tokenizer.model, byte by byte: protobuf's wire format.</summary>
public sealed class SentencePieceFileTests
{
    /// <summary>Two pieces, the trainer's and the normalizer's settings, and fields of every wire type that nobody reads.</summary>
    private static readonly byte[] _model =
    [
        0x0A, 0x0A, 0x0A, 0x03, (byte)'<', (byte)'u', (byte)'>', 0x15, 0, 0, 0, 0, // pieces: "<u>", score 0, ...
        0x0A, 0x0B, 0x0A, 0x02, (byte)'a', (byte)'b', 0x15, 0x00, 0x00, 0xC0, 0xBF, 0x18, 0x06, // "ab", -1.5, byte
        0x12, 0x13, 0x18, 0x02, 0x98, 0x02, 0x01, // trainer: BPE, byte_fallback
        0xC8, 0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, // bos_id -1
        0x20, 0x01, // a number that nobody reads
        0x1A, 0x06, 0x0A, 0x02, (byte)'i', (byte)'d', 0x18, 0x00, // normalizer: "id", no dummy prefix
        0x21, 1, 2, 3, 4, 5, 6, 7, 8, // 64 bits
        0x25, 1, 2, 3, 4, // 32 bits
        0x2A, 0x01, 0x00, // bytes
    ];

    [Fact]
    public void TryRead_ReadsFieldsAndLeavesOutOthers()
    {
        var model = Read(_model)!;
        model.Pieces.ShouldBe([new PieceEntry("<u>", 0, PieceKind.Normal), new PieceEntry("ab", -1.5f, PieceKind.Byte)]);
        model.ModelType.ShouldBe(SentencePieceModel.Bpe);
        model.ByteFallback.ShouldBeTrue();
        model.BosId.ShouldBe(-1);
        model.EosId.ShouldBe(2);
        model.Normalization.ShouldBe("id");
        model.AddDummyPrefix.ShouldBeFalse();
        model.EscapeSpaces.ShouldBeTrue();
    }

    [Fact]
    public void TryRead_OfAMissingFileIsNull() => SentencePieceFile.TryRead(Path.Join(Path.GetTempPath(), "no such folder", "tokenizer.model")).ShouldBeNull();

    [Theory]
    [InlineData("0A", "ends within")]
    [InlineData("0A05616263", "ends within")]
    [InlineData("0AFFFFFFFFFFFFFFFFFF01", "ends within")]
    [InlineData("8080808080808080808080", "10 bytes")]
    [InlineData("00", "field number")]
    [InlineData("0801", "wire type 0, expected 2")]
    [InlineData("1204 1A02 6162", "wire type 2, expected 0")]
    [InlineData("0A03 0A01 FF", "SentencePiece")]
    [InlineData("0A02 0B0C", "wire type 3")]
    [InlineData("0A02 1500", "ends within")]
    [InlineData("27", "wire type 7")]
    public void TryRead_RefusesWhatIsBroken(string bytes, string expected)
    {
        var error = Should.Throw<EngineException>(() => Read(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))));
        error.Code.ShouldBe("invalid_tokenizer");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void TryRead_OfEveryBeginningSucceedsOrFailsWithItsOwnError()
    {
        var refused = 0;
        for (var length = 0; length <= _model.Length; length++)
        {
            try
            {
                Read(_model[..length]);
            }
            catch (EngineException e)
            {
                e.Code.ShouldBe("invalid_tokenizer");
                refused++;
            }
        }

        refused.ShouldBeInRange(_model.Length - 10, _model.Length - 1);
    }

    private static SentencePieceModel? Read(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "tokenizer.model");
        File.WriteAllBytes(file, bytes);
        return SentencePieceFile.TryRead(file);
    }
}
