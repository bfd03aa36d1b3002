using System.Globalization;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>Reads settings of the shared supervisor, which are times, from environment variables.</summary>
internal static class SecondsVariable
{
    private const double LongestSeconds = 86_400;

    /// <summary>The value of a variable; <paramref name="fallback"/> where it is not set.</summary>
    /// <exception cref="SupervisorUnavailableException">It is no number of seconds, or out of its range.</exception>
    public static TimeSpan Read(string name, double fallback, double least) => Parse(name, Environment.GetEnvironmentVariable(name), fallback, least);

    /// <inheritdoc cref="Read"/>
    public static TimeSpan Parse(string name, string? text, double fallback, double least)
        => string.IsNullOrEmpty(text) ? TimeSpan.FromSeconds(fallback)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= LongestSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new SupervisorUnavailableException(
                ErrorCodes.InvalidConfig, string.Create(
                    CultureInfo.InvariantCulture, $"{name} must be seconds, {least} to {LongestSeconds}, got \"{text}\"."), name);
}
