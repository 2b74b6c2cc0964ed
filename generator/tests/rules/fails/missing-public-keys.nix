{
  "a.age".armor = true;
}
