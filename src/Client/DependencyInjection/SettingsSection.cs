using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace LmDeploy.DependencyInjection;

/// <summary>
/// Sets properties from a section of the configuration. Unlike the usual binder it goes on after an error, and knows each by its path; a name that means
/// nothing is one.
/// </summary>
internal static class SettingsSection
{
    public const string Root = "LmDeploy";

    /// <summary>The part of <see cref="Root"/> that has a section for every pipeline.</summary>
    public const string Pipelines = "Pipelines";

    private const BindingFlags Settable = BindingFlags.Public | BindingFlags.Instance;

    /// <summary>Sets what the section has, and returns what is wrong with it.</summary>
    /// <param name="section">The section.</param>
    /// <param name="target">Whose properties they are.</param>
    /// <param name="except">The name of a part that is somebody else's.</param>
    public static IReadOnlyList<string> Apply(IConfigurationSection section, object target, string? except = null)
    {
        var errors = new List<string>();
        Apply(section, target, except, errors);
        return errors;
    }

    private static void Apply(IConfigurationSection section, object target, string? except, List<string> errors)
    {
        if (section.Value is { Length: > 0 } text)
        {
            errors.Add($"{section.Path} has settings in it and no value of its own, got \"{text}\".");
        }

        foreach (var child in section.GetChildren().Where(child => !child.Key.Equals(except, StringComparison.OrdinalIgnoreCase)))
        {
            if (target.GetType().GetProperty(child.Key, Settable | BindingFlags.IgnoreCase) is { CanWrite: true } property)
            {
                Set(child, target, property, errors);
            }
            else
            {
                var known = target.GetType().GetProperties(Settable).Where(property => property.CanWrite).Select(property => property.Name);
                errors.Add($"{child.Path} is no setting; there are {string.Join(", ", known)}.");
            }
        }
    }

    private static void Set(IConfigurationSection section, object target, PropertyInfo property, List<string> errors)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        try
        {
            if (type.Assembly == typeof(SettingsSection).Assembly && type.IsClass)
            {
                var part = Copy(property.GetValue(target)) ?? Activator.CreateInstance(type)!;
                Apply(section, part, except: null, errors);
                property.SetValue(target, part);
            }
            else if (section.GetChildren().Any())
            {
                errors.Add($"{section.Path} takes one value and has no settings in it.");
            }
            else if (!string.IsNullOrEmpty(section.Value))
            {
                property.SetValue(target, Parse(section.Value, type));
            }
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException refused)
        {
            errors.Add($"{section.Path}: {refused.Message.Split(" (Parameter ")[0]}");
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidCastException)
        {
            errors.Add($"{section.Path} must be {Describe(type)}, got \"{section.Value}\".");
        }
    }

    /// <summary>Records are immutable, and this one may be somebody else's.</summary>
    private static object? Copy(object? record) => record?.GetType().GetMethod("<Clone>$")?.Invoke(record, null);

    private static object Parse(string text, Type type)
        => type.IsEnum ? Enum.Parse(type, text, ignoreCase: true)
        : type == typeof(Uri) ? new Uri(text, UriKind.Absolute)
        : type != typeof(TimeSpan) ? Convert.ChangeType(text, type, CultureInfo.InvariantCulture)
        : text.Contains(':') ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : throw new FormatException(); // A number would be days.

    private static string Describe(Type type)
        => type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "a time as hh:mm:ss"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(Uri) ? "an address like https://gpu-host:23333"
        : "something that configuration can say; set it in code";
}
