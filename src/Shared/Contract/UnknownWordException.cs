namespace LmDeploy.V1;

/// <summary>A setting has a word that it does not know.</summary>
/// <param name="setting">What users call it.</param>
/// <param name="message">Names the setting, its words and what it has.</param>
internal sealed class UnknownWordException(string setting, string message) : FormatException(message)
{
    /// <summary>What users call it.</summary>
    public string Setting => setting;
}
