package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Not more than one of these fields may be there. A message may have several such groups. */
@Repeatable(AtMostOne.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface AtMostOne {
    /** The names of the fields. */
    String[] value();

    /** What the CRD's rule in CEL says if there are more; empty if the CRD has it in its schema ({@code oneOf}), as for protobuf's oneof. */
    String message() default "";

    /** All groups of a message. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        /** The groups. */
        AtMostOne[] value();
    }
}
