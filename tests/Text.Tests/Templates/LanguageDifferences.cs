namespace LmDeploy.Text.Tests.Templates;

/// <summary>
/// The cases of language.json, which is a JavaScript implementation's, whose expectation Jinja2 itself does not meet, with what Jinja2 3.1.6
/// says: it prints True, False, None and quotes as Python does, and its generators can be neither counted, sliced nor joined to texts.
/// </summary>
internal static class LanguageDifferences
{
    public static readonly IReadOnlyDictionary<string, string> Cases = new Dictionary<string, string>
    {
        ["BOOLEAN_LITERALS"] = "|True|False|True|False|",
        ["LOGICAL_OR"] = "TrueTrueTrueFalse",
        ["LOGICAL_NOT_NOT"] = "TrueFalse",
        ["LOGICAL_AND_NOT"] = "FalseTrueFalseFalse",
        ["LOGICAL_COMBINED"] = "FalseTrue",
        ["FOR_LOOP_UNPACKING"] = "error: TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        ["BINOP_EXPR"] = "1TrueFalseFalseTrueTrueTrue5",
        ["MEMBERSHIP"] = "|True|True|True|True|True|False|",
        ["MEMBERSHIP_NEGATION_2"] = "|False|False|False|False|False|True|",
        ["UNARY_SIGN_EXPRESSIONS"] = "|yes|True|True|True|True|1|True|-1|1|2|-2|-1.5|-0.0|1|-1|0|",
        ["SUBSTRING_INCLUSION"] = "|True|True|False|True|False|True|False|",
        ["FILTER_OPERATOR_4"] = "error: TypeError: object of type 'generator' has no len()",
        ["FILTER_OPERATOR_6"] = "error: TypeError: 'generator' object is not subscriptable",
        ["FILTER_OPERATOR_12"] = "error: TypeError: object of type 'generator' has no len()",
        ["FILTER_OPERATOR_16"] = "|hello|False|hello|hello|",
        ["SORT_CASE_INSENSITIVE"] = "['Apple', 'banana', 'cherry']",
        ["SORT_CHAINED"] = "['Bob', 'Alice', 'Charlie', 'David']",
        ["SORT_POSITIONAL_ALL"] = "['Alice', 'Bob', 'Charlie']",
        ["SORT_NULL_VALUES"] = "[None, None]",
        ["SORT_MIXED_BOOL_NUM"] = "[0, False, 0.5, True, 1]",
        ["BOOLEAN_NUMERICAL"] = "|2|0|0|0|1|1|1|0|False|True|",
        ["BOOLEAN_MIXED"] = "|1|0|False|False|True|True|1|0|",
        ["IS_OPERATOR_2"] = "|True|False|False|True|True|False|",
        ["IS_OPERATOR_5"] = "|True|False|False|True|",
        ["SHORT_CIRCUIT"] = "False",
        ["NAMESPACE_2"] = "|False|2|",
        ["OBJECT_OPERATORS_1"] = "|True|True|True|",
        ["SCOPE"] = "found=True",
    };
}
