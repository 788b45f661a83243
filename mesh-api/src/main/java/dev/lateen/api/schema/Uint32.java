package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A number from 0 to 2^32-1, as protobuf's uint32. A {@link Range} beside it makes the bounds tighter. */
@Range(min = 0, max = 4294967295.0)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Uint32 {}
