package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Not more than one of these fields may be there. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface AtMostOne {
    /** The names of the fields. */
    String[] value();

    /** A second group within the same message; empty if there is none. */
    String[] second() default {};

    /** A third group; empty if there is none. */
    String[] third() default {};
}
