using System.Text;
using LmDeploy.Files;
using LmDeploy.Text.Tokenization.Json;

namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>Reads tokenizer.model, a ModelProto of sentencepiece_model.proto, field by field.</summary>
internal static class SentencePieceFile
{
    private const long MaxBytes = 64L << 20;

    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private delegate T FieldReader<T>(T current, int field, ref ProtobufReader input);

    /// <summary>Null where there is no such file.</summary>
    public static SentencePieceModel? TryRead(string path)
    {
        try
        {
            return Read(ModelFile.ReadAll(path, MaxBytes));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw TokenizerErrors.InvalidFile(path, $"not a SentencePiece model: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TokenizerErrors.Unreadable(path, e);
        }
    }

    private static SentencePieceModel Read(byte[] bytes)
    {
        var pieces = new List<PieceEntry>();
        var model = ReadMessage(bytes, new SentencePieceModel { Pieces = pieces }, (SentencePieceModel current, int field, ref ProtobufReader input) =>
        {
            switch (field)
            {
                case 1 when pieces.Count <= JsonPlace.MaxId:
                    pieces.Add(ReadMessage(input.ReadBytes(), new PieceEntry("", 0, PieceKind.Normal), ReadPiece));
                    return current;
                case 2:
                    return ReadMessage(input.ReadBytes(), current, ReadTrainer);
                case 3:
                    return ReadMessage(input.ReadBytes(), current, ReadNormalizer);
                default:
                    return Skip(current, ref input);
            }
        });
        return model;
    }

    private static PieceEntry ReadPiece(PieceEntry piece, int field, ref ProtobufReader input) => field switch
    {
        1 => piece with { Text = _strictUtf8.GetString(input.ReadBytes()) },
        2 => piece with { Score = input.ReadFloat() },
        3 => piece with { Kind = (PieceKind)input.ReadInt32() },
        _ => Skip(piece, ref input),
    };

    private static SentencePieceModel ReadTrainer(SentencePieceModel model, int field, ref ProtobufReader input) => field switch
    {
        3 => model with { ModelType = input.ReadInt32() },
        24 => model with { SpaceIsSuffix = input.ReadBool() },
        35 => model with { ByteFallback = input.ReadBool() },
        41 => model with { BosId = input.ReadInt32() },
        42 => model with { EosId = input.ReadInt32() },
        _ => Skip(model, ref input),
    };

    private static SentencePieceModel ReadNormalizer(SentencePieceModel model, int field, ref ProtobufReader input) => field switch
    {
        1 => model with { Normalization = _strictUtf8.GetString(input.ReadBytes()) },
        2 => model with { MapsCharacters = input.ReadBytes().Length > 0 },
        3 => model with { AddDummyPrefix = input.ReadBool() },
        4 => model with { RemoveExtraSpaces = input.ReadBool() },
        5 => model with { EscapeSpaces = input.ReadBool() },
        _ => Skip(model, ref input),
    };

    private static T ReadMessage<T>(ReadOnlySpan<byte> bytes, T empty, FieldReader<T> read)
    {
        var input = new ProtobufReader(bytes);
        var current = empty;
        while (input.TryReadField(out var field))
        {
            current = read(current, field, ref input);
        }

        return current;
    }

    private static T Skip<T>(T current, ref ProtobufReader input)
    {
        input.Skip();
        return current;
    }
}
