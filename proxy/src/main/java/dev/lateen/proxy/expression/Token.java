package dev.lateen.proxy.expression;

/**
 * A piece of an expression's text.
 *
 * @param kind what it is
 * @param text as written; of a text literal its content
 * @param at the position of its first character
 */
record Token(Kind kind, String text, int at) {
    enum Kind {
        NAME,
        TEXT,
        WHOLE,
        DECIMAL,
        SIGN,
        END
    }

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }
}
