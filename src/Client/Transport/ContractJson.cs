using Google.Protobuf;

namespace LmDeploy.Transport;

/// <summary>Writes settings as JSON with the field names of the contract.</summary>
internal static class ContractJson
{
    private static readonly JsonFormatter _formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    public static string Write(IMessage message) => _formatter.Format(message);
}
