namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>Which pieces Metaspace prefixes.</summary>
internal enum PrependScheme
{
    Always,

    /// <summary>Only the piece at the start of the text.</summary>
    First,
    Never,
}
