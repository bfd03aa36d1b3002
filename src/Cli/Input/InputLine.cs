using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Input;

/// <summary>One line of an input file: what it asks for, or what is wrong with it.</summary>
/// <param name="Number">The line's number, from 1.</param>
/// <param name="Id">Its <c>id</c> as JSON text; <c>null</c> when it has none.</param>
/// <param name="Value">What it asks for; null when something is wrong.</param>
/// <param name="Error">What is wrong; null when nothing is.</param>
internal sealed record InputLine<T>(int Number, string Id, T? Value, CallError? Error)
    where T : class;
