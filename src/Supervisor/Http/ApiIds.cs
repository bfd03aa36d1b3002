using System.Security.Cryptography;

namespace LmDeploy.Supervisor.Http;

/// <summary>Names for answers and calls that nothing else has.</summary>
internal static class ApiIds
{
    public static string Create(string prefix) => prefix + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
