package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A rule as Istio's CRD has it, for an API server to ask (x-kubernetes-validations). It is the API's contract and nothing that the reader evaluates: beside it stands a bound or a {@link Rule} that
 * says the same, and a test holds both to the same verdicts.
 */
@Repeatable(Cel.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.TYPE_USE})
public @interface Cel {
    /** The expression, of which {@code self} is the value. */
    String rule();

    /** What the API server says if the expression is false. */
    String message();

    /** All rules of a value, in the CRD's order. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.TYPE_USE})
    @interface All {
        /** The rules. */
        Cel[] value();
    }
}
