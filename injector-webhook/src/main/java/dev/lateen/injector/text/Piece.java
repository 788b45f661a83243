package dev.lateen.injector.text;

import java.util.List;

/** A piece of a template. */
sealed interface Piece {
    /** Text as it stands. */
    record Text(String text) implements Piece {}

    /** What an expression says. */
    record Output(TemplateExpression expression) implements Piece {}

    /**
     * A variable is given a value.
     *
     * @param declared whether it is a new one
     */
    record Assignment(String name, boolean declared, TemplateExpression value) implements Piece {}

    /** One of two. */
    record If(TemplateExpression condition, List<Piece> then, List<Piece> otherwise) implements Piece {}

    /** As {@link If}, with the condition's value as the dot; in the variable as well, unless its name is empty. */
    record With(String variable, TemplateExpression value, List<Piece> then, List<Piece> otherwise) implements Piece {}

    /** Once for each item of a list or object; names are empty if there are none. */
    record Range(String key, String item, TemplateExpression items, List<Piece> body, List<Piece> otherwise)
            implements Piece {}

    /** Another template with another dot. */
    record Include(String name, TemplateExpression dot) implements Piece {}
}
