"""The monographs of ketamine and esketamine: statements, tables of side effects, and the words for each effect."""

from keel.knowledge.monographs.shape import *
