package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A column that {@code kubectl get} shows for the kind, in the order of the columns. */
@Repeatable(Column.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Column {
    /** Where an object's age is. */
    String CREATED = ".metadata.creationTimestamp";

    /** The heading. */
    String name();

    /** Where the value is, as a simple JSON path from the object. */
    String path();

    /** All columns of a kind. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        /** The columns. */
        Column[] value();
    }
}
