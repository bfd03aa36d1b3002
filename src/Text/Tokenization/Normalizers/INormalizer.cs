namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Rewrites a text before it is split. Implementations are immutable and safe for concurrent use.</summary>
internal interface INormalizer
{
    /// <param name="mostBytes">The most bytes of UTF-8 that may come of it.</param>
    /// <exception cref="Errors.EngineException">invalid_request: more come of it.</exception>
    string Normalize(string text, long mostBytes);
}
