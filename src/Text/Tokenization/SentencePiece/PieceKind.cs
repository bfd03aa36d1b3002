namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>ModelProto.SentencePiece.Type of sentencepiece_model.proto.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
