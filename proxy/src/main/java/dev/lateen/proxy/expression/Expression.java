package dev.lateen.proxy.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression in CEL without macros: literals, attributes, {@code has}, the operators, {@code in}, and the functions of texts. What can't be
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
        return value == Operators.ERROR || value instanceof Attributes.Fields || value instanceof List<?>
                ? null
                : String.valueOf(value);
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
