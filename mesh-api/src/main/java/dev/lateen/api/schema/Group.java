package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The component is a record whose components are fields of the enclosing message: a message with many fields is read in a few groups,
 * and in YAML there is no trace of them. Groups may stand in groups. A group is never null; when none of its fields is said it has the
 * value of each one's absence. What speaks of several fields ({@link AtMostOne}, {@link ExactlyOne}, {@link KnownButUnused},
 * {@link Obeys}) stands on the message, never on a group.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Group {}
