/** The store that keeps state in an SQLite file. */
module dev.poolswitch.sqlite {
    requires transitive dev.poolswitch.core;
    requires java.sql;
    requires org.xerial.sqlitejdbc;

    exports dev.poolswitch.sqlite;
}
