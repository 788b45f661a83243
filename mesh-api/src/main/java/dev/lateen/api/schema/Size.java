package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds of the number of members of a list or map. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Size {
    /** The least number accepted. */
    int min() default 0;

    /** The greatest number accepted. */
    int max() default Integer.MAX_VALUE;

    /** Why the bounds are tighter than those in Istio's CRD; empty if they are the same. */
    String why() default "";
}
