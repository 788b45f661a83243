package dev.lateen.proxy.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.proxy.expression.Expression.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads tokens by CEL's grammar and precedence. */
final class Parser {
    private static final int MAX_DEPTH = 60;
    private static final List<Set<String>> LEVELS =
            List.of(Set.of("==", "!=", "<", "<=", ">", ">=", "in"), Set.of("+", "-"), Set.of("*", "/", "%"));

    private final List<Token> tokens;
    private int next;
    private int depth;

    Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    Node whole() {
        Node node = choice();
        if (peek().kind() != Token.Kind.END) {
            throw wrong("an operator or the end");
        }
        return node;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private boolean take(String sign) {
        boolean found = peek().is(sign) || sign.equals("in") && isName("in");
        next += found ? 1 : 0;
        return found;
    }

    private boolean isName(String name) {
        return peek().kind() == Token.Kind.NAME && peek().text().equals(name);
    }

    private void expect(String sign) {
        if (!take(sign)) {
            throw wrong("'" + sign + "'");
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException(
                "'" + peek().text() + "' at " + peek().at() + " (expected: " + expected + ")");
    }

    private Node choice() {
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + MAX_DEPTH);
        }
        Node condition = either();
        if (take("?")) {
            Node then = either();
            expect(":");
            condition = new Node.Choice(condition, then, choice());
        }
        depth--;
        return condition;
    }

    private Node either() {
        Node left = both();
        while (take("||")) {
            left = new Node.Either(left, both());
        }
        return left;
    }

    private Node both() {
        Node left = binary(0);
        while (take("&&")) {
            left = new Node.Both(left, binary(0));
        }
        return left;
    }

    private Node binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        Node left = binary(level + 1);
        while (LEVELS.get(level).contains(peek().text()) && (peek().kind() == Token.Kind.SIGN || isName("in"))) {
            String sign = peek().text();
            next++;
            left = new Node.Binary(sign, left, binary(level + 1));
        }
        return left;
    }

    private Node unary() {
        boolean not = peek().is("!");
        if (!not && !peek().is("-")) {
            return member();
        }
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + MAX_DEPTH);
        }
        next++;
        if (!not && peek().kind() == Token.Kind.WHOLE) {
            // The least number has no positive one.
            tokens.set(next, new Token(Token.Kind.WHOLE, "-" + peek().text(), peek().at()));
            depth--;
            return member();
        }
        Node of = unary();
        depth--;
        return not ? new Node.Not(of) : new Node.Negative(of);
    }

    private Node member() {
        Node node = primary();
        while (true) {
            if (take(".")) {
                String name = name();
                node = peek().is("(") ? method(name, node) : select(node, name);
            } else if (take("[")) {
                node = new Node.Member(node, choice());
                expect("]");
            } else {
                return node;
            }
        }
    }

    private String name() {
        if (peek().kind() != Token.Kind.NAME) {
            throw wrong("a name");
        }
        return tokens.get(next++).text();
    }

    private static Node select(Node of, String name) {
        return of instanceof Node.Attribute(String root, String field) && field.isEmpty()
                ? new Node.Attribute(root, name)
                : new Node.Member(of, new Node.Constant(name));
    }

    private Node method(String name, Node target) {
        if (!Functions.METHODS.contains(name)) {
            throw new IllegalArgumentException(
                    "unknown method " + name + " (expected: one of " + Functions.METHODS + ")");
        }
        return call(name, target, arguments());
    }

    // An expression that is written down is compiled once.
    private static Node call(String name, @Nullable Node target, List<Node> arguments) {
        if (name.equals("matches")
                && !arguments.isEmpty()
                && arguments.getLast() instanceof Node.Constant(Object value)
                && value instanceof String expression) {
            List<Node> compiled = new ArrayList<>(arguments);
            compiled.set(arguments.size() - 1, new Node.Constant(pattern(expression)));
            return new Node.Call(name, target, List.copyOf(compiled));
        }
        return new Node.Call(name, target, arguments);
    }

    private static Pattern pattern(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + expression + "': " + e.getMessage(), e);
        }
    }

    private List<Node> arguments() {
        expect("(");
        List<Node> arguments = list(")");
        expect(")");
        return arguments;
    }

    private List<Node> list(String end) {
        List<Node> items = new ArrayList<>();
        if (!peek().is(end)) {
            do {
                items.add(choice());
            } while (take(","));
        }
        return List.copyOf(items);
    }

    private Node primary() {
        Token token = peek();
        return switch (token.kind()) {
            case TEXT -> constant(token.text());
            case WHOLE -> constant(whole(token));
            case DECIMAL -> constant(Double.valueOf(token.text()));
            case NAME -> named();
            case SIGN, END -> bracketed();
        };
    }

    private Node constant(Object value) {
        next++;
        return new Node.Constant(value);
    }

    private static Long whole(Token token) {
        try {
            String text = token.text().replace("0x", "").replace("0X", "");
            return Long.valueOf(text, text.length() == token.text().length() ? 10 : 16);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(token.text() + " at " + token.at() + " (expected: 64 bits)", e);
        }
    }

    private Node named() {
        String name = name();
        if (peek().is("(")) {
            return function(name);
        }
        return switch (name) {
            case "true" -> new Node.Constant(true);
            case "false" -> new Node.Constant(false);
            case "null" -> new Node.Constant(Operators.NULL);
            default -> new Node.Attribute(name, "");
        };
    }

    private Node function(String name) {
        if (!Functions.FUNCTIONS.contains(name)) {
            throw new IllegalArgumentException(
                    "unknown function " + name + " (expected: one of " + Functions.FUNCTIONS + ")");
        }
        List<Node> arguments = arguments();
        if (!name.equals("has")) {
            return call(name, null, arguments);
        }
        if (arguments.size() != 1) {
            throw new IllegalArgumentException("has of " + arguments.size() + " arguments (expected: one)");
        }
        return new Node.Has(arguments.getFirst());
    }

    private Node bracketed() {
        if (take("(")) {
            Node inner = choice();
            expect(")");
            return inner;
        }
        if (take("[")) {
            Node list = new Node.ListOf(list("]"));
            expect("]");
            return list;
        }
        throw wrong("a value");
    }
}
