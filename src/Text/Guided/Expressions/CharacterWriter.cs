using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Adds to a network the ways from one node to another over a character of a set, as the text spells characters.</summary>
internal delegate void CharacterWriter(NetworkBuilder network, int from, CodePointSet set, int to);
