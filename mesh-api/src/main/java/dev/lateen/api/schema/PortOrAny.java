package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A port, or 0 for any. */
@Uint32
@Range(min = 0, max = 65535, why = "a port is at most 65535")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface PortOrAny {}
