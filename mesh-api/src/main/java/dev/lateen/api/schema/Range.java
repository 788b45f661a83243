package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds of a number, both included. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Range {
    /** The least value accepted. */
    double min() default -Double.MAX_VALUE;

    /** The greatest value accepted. */
    double max() default Double.MAX_VALUE;

    /** Why the bounds are tighter than those in Istio's CRD; empty if they are the same. */
    String why() default "";
}
