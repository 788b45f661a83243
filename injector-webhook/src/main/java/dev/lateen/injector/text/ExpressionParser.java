package dev.lateen.injector.text;

import dev.lateen.injector.text.Lexer.Part;
import java.util.ArrayList;
import java.util.List;

/** Makes an expression of an action's tokens. Used once, by one thread. */
final class ExpressionParser {
    private final Part part;
    private final List<String> tokens;
    private int at;

    ExpressionParser(Part part) {
        this.part = part;
        this.tokens = Lexer.tokens(part);
    }

    ExpressionParser skip(int words) {
        at += words;
        return this;
    }

    boolean isAtEnd() {
        return at >= tokens.size();
    }

    private String peek(int ahead) {
        return at + ahead < tokens.size() ? tokens.get(at + ahead) : "";
    }

    /** The name in {@code $name :=}, which is passed over; empty if that is not there. */
    String declared() {
        return named(":=");
    }

    /** The name in {@code $name =}. */
    String assigned() {
        return named("=");
    }

    private String named(String operator) {
        if (!peek(0).startsWith("$") || !peek(1).equals(operator)) {
            return "";
        }
        String name = peek(0).substring(1);
        at += 2;
        return name;
    }

    /** The names in {@code $key, $item :=} or {@code $item :=}; each may be empty. */
    List<String> declaredPair() {
        if (peek(0).startsWith("$") && peek(1).equals(",") && peek(2).startsWith("$") && peek(3).equals(":=")) {
            List<String> names = List.of(peek(0).substring(1), peek(2).substring(1));
            at += 4;
            return names;
        }
        return List.of("", declared());
    }

    /** A text that stands here. */
    String text() {
        String token = peek(0);
        if (!token.startsWith("\"") && !token.startsWith("`")) {
            throw wrong("a text in quotes");
        }
        at++;
        return token.substring(1);
    }

    /** All that is left. */
    TemplateExpression all() {
        TemplateExpression pipeline = pipeline();
        if (!isAtEnd()) {
            throw wrong("the end of the expression");
        }
        return pipeline;
    }

    private TemplateExpression pipeline() {
        List<TemplateExpression> commands = new ArrayList<>();
        commands.add(command());
        while (peek(0).equals("|")) {
            at++;
            commands.add(command());
        }
        return commands.size() == 1 ? commands.getFirst() : new TemplateExpression.Pipeline(commands);
    }

    private TemplateExpression command() {
        String token = peek(0);
        if (isAtEnd() || token.equals("|") || token.equals(")")) {
            throw wrong("a value");
        }
        if (!isFunction(token)) {
            TemplateExpression operand = operand();
            if (!isAtEnd() && !peek(0).equals("|") && !peek(0).equals(")")) {
                throw wrong("| or the end: methods take no arguments here");
            }
            return operand;
        }
        at++;
        List<TemplateExpression> arguments = new ArrayList<>();
        while (!isAtEnd() && !peek(0).equals("|") && !peek(0).equals(")")) {
            arguments.add(operand());
        }
        return call(token, arguments);
    }

    private TemplateExpression call(String function, List<TemplateExpression> arguments) {
        if (!TemplateFunctions.isKnown(function)) {
            throw new TemplateException("line " + part.line() + ": function " + function
                    + " is not understood (expected one of " + TemplateFunctions.names() + ")");
        }
        return new TemplateExpression.Call(function, arguments);
    }

    private static boolean isFunction(String token) {
        return Character.isLetter(token.charAt(0))
                && !List.of("true", "false", "nil").contains(token);
    }

    private TemplateExpression operand() {
        String token = peek(0);
        at++;
        if (token.equals("(")) {
            return parenthesized();
        }
        if (token.startsWith("\"") || token.startsWith("`")) {
            return new TemplateExpression.Literal(token.substring(1));
        }
        if (token.startsWith("$")) {
            return fields(token);
        }
        if (token.equals(".")) {
            return new TemplateExpression.Dot();
        }
        if (token.startsWith(".")) {
            return new TemplateExpression.Fields(new TemplateExpression.Dot(), names(token));
        }
        return literal(token);
    }

    private TemplateExpression parenthesized() {
        TemplateExpression inner = pipeline();
        if (!peek(0).equals(")")) {
            throw wrong(")");
        }
        at++;
        if (peek(0).equals("FIELDS")) {
            at += 2;
            return new TemplateExpression.Fields(inner, names(peek(-1)));
        }
        return inner;
    }

    private static TemplateExpression fields(String token) {
        int dot = token.indexOf('.');
        TemplateExpression variable =
                new TemplateExpression.Variable(token.substring(1, dot < 0 ? token.length() : dot));
        return dot < 0 ? variable : new TemplateExpression.Fields(variable, names(token.substring(dot)));
    }

    private static List<String> names(String dotted) {
        return List.of(dotted.substring(1).split("\\."));
    }

    private TemplateExpression literal(String token) {
        return switch (token) {
            case "true", "false" -> new TemplateExpression.Literal(token.equals("true"));
            case "nil" -> new TemplateExpression.Literal(null);
            default -> {
                if (isFunction(token)) {
                    yield call(token, List.of());
                }
                if (!token.matches("-?[0-9]{1,18}")) {
                    at--;
                    throw wrong("a value");
                }
                yield new TemplateExpression.Literal(Long.valueOf(token));
            }
        };
    }

    private TemplateException wrong(String expected) {
        return new TemplateException("line " + part.line() + ": {{" + part.text() + "}}: at "
                + (isAtEnd() ? "the end" : peek(0)) + " (expected: " + expected + ")");
    }
}
