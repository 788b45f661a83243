package dev.lateen.proxy.expression;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An expression in CEL as Envoy takes it, without the macros that go through lists: literals, attributes, {@code has}, the operators, {@code in}, and the
 * functions of texts, numbers, durations and times. What can't be
 * known (an absent header, a number compared with a text) is an error as in CEL: it is nobody's value, and only a decided {@code &&} or
 * {@code ||} forgets it. Immutable; safe for use by several threads.
 */
public final class Expression {
    private static final int MAX_LENGTH = 8192;
    private final String text;
    private final Node root;

    private Expression(String text, Node root) {
        this.text = text;
        this.root = root;
    }

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException saying what is wrong and where
     */
    public static Expression compile(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(text.length() + " characters (accepted: at most " + MAX_LENGTH + ")");
        }
        return new Expression(text, new Parser(Tokens.of(text)).whole());
    }

    /** Whether it is true; an error and any other value are not. */
    public boolean isTrue(Attributes attributes) {
        return Boolean.TRUE.equals(Operators.value(root, attributes));
    }

    /** Its value as a text; null for an error. */
    @SuppressWarnings("ReferenceEquality") // ERROR is a marker
    public @Nullable String textOf(Attributes attributes) {
        Object value = Operators.value(root, attributes);
        if (value instanceof Duration duration) {
            return Durations.label(duration);
        }
        Object text = value == Operators.NULL ? "null" : Functions.string(value);
        return text == Operators.ERROR ? null : (String) text;
    }

    /** The attributes it asks for, such as {@code request.method}; a root alone stands for itself. */
    public Set<String> attributes() {
        Set<String> found = new TreeSet<>();
        collect(root, found);
        return found;
    }

    private static void collect(Node node, Set<String> into) {
        switch (node) {
            case Node.Constant _ -> {}
            case Node.Attribute(String of, String field) -> into.add(field.isEmpty() ? of : of + "." + field);
            case Node.Member(Node of, Node name) -> collect(List.of(of, name), into);
            case Node.ListOf(List<Node> items) -> collect(items, into);
            case Node.Has(Node what) -> collect(what, into);
            case Node.Not(Node of) -> collect(of, into);
            case Node.Negative(Node of) -> collect(of, into);
            case Node.Both(Node left, Node right) -> collect(List.of(left, right), into);
            case Node.Either(Node left, Node right) -> collect(List.of(left, right), into);
            case Node.Choice(Node condition, Node then, Node otherwise) ->
                collect(List.of(condition, then, otherwise), into);
            case Node.Binary(String _, Node left, Node right) -> collect(List.of(left, right), into);
            case Node.Call call -> {
                if (call.target() != null) {
                    collect(call.target(), into);
                }
                collect(call.arguments(), into);
            }
        }
    }

    private static void collect(List<Node> nodes, Set<String> into) {
        nodes.forEach(node -> collect(node, into));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expression that && that.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    /** A part of an expression. */
    sealed interface Node {
        record Constant(Object value) implements Node {}

        record Attribute(String root, String field) implements Node {}

        record Member(Node of, Node name) implements Node {}

        record ListOf(List<Node> items) implements Node {}

        record Has(Node what) implements Node {}

        record Not(Node of) implements Node {}

        record Negative(Node of) implements Node {}

        record Both(Node left, Node right) implements Node {}

        record Either(Node left, Node right) implements Node {}

        record Choice(Node condition, Node then, Node otherwise) implements Node {}

        record Binary(String sign, Node left, Node right) implements Node {}

        /** @param target null for a function that is no method */
        record Call(String name, @Nullable Node target, List<Node> arguments) implements Node {}
    }
}
