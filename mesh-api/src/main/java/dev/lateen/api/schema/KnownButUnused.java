package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Fields that Istio has and Lateen does not act on: accepted with a warning, so that a user's file loads. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface KnownButUnused {
    /** The names of the fields. */
    String[] value();

    /** Whether not even a warning is given. */
    boolean quiet() default false;
}
